//! What students and submissions say that makes no sense, to the column.

use super::found;

#[test]
fn students_and_submissions() {
    for (text, code, pointer, line, column) in [
        ("{\"students\": [{\"id\": 1},\n {\"id\": 1}], \"submissions\": []}", "duplicate_id", "/students/1/id", 2, 9),
        (
            "{\"students\": [{\"id\": \"é\"}, {\"id\": \"é\"}], \"submissions\": []}",
            "duplicate_id",
            "/students/1/id",
            1,
            35,
        ),
        (
            "{\"students\": [{\"id\": 1},\n {\"id\": \"1\"}], \"submissions\": []}",
            "duplicate_id",
            "/students/1/id",
            2,
            9,
        ),
        (
            "{\"students\": [], \"submissions\":\n[{\"id\": 1}, {\"id\": 1}]}",
            "duplicate_id",
            "/submissions/1/id",
            2,
            20,
        ),
        (
            "{\"students\": [{\"id\": 1}], \"submissions\": [{\"id\": 1,\n\"user_id\": \"1\"}]}",
            "id_form_mixed",
            "/submissions/0/user_id",
            2,
            12,
        ),
        (
            "{\"students\": [{\"id\": 1}], \"submissions\": [{\"id\": 1,\n\"authors\": [2, \"1\"]}]}",
            "id_form_mixed",
            "/submissions/0/authors/1",
            2,
            16,
        ),
        (
            "{\"students\": [], \"submissions\": [{\"id\": 1, \"user_id\": 5},\n{\"id\": 2, \"authors\": [\"5\"]}]}",
            "id_form_mixed",
            "/submissions/1/authors/0",
            2,
            23,
        ),
        (
            "{\"students\": [], \"submissions\": [{\"id\": 1, \"work_id\": 5},\n{\"id\": 2, \"work_id\": \"5\"}]}",
            "id_form_mixed",
            "/submissions/1/work_id",
            2,
            22,
        ),
        (
            "{\"students\": [{\"id\": 1, \"groups\": [7]},\n{\"id\": 2, \"groups\": [8, \"7\"]}], \"submissions\": []}",
            "id_form_mixed",
            "/students/1/groups",
            2,
            21,
        ),
        (
            "{\"students\": [{\"id\": 1, \"groups\": [7]}], \"submissions\": [\n{\"id\": 2, \"groups\": [\"7\"]}]}",
            "id_form_mixed",
            "/submissions/0/groups",
            2,
            21,
        ),
        (
            "{\"students\": [{\"id\": 1, \"can_review\": false}], \"submissions\": [{\"id\": 2}],\n\"rules\": [{\"rule\": \"must_review\", \"assessor_id\": 1, \"asset_id\": 2}]}",
            "must_not_eligible",
            "/rules/0",
            2,
            11,
        ),
        (
            "{\"students\": [{\"id\": 1}], \"submissions\": [{\"id\": 2, \"submitted\": false}],\n\"rules\": [{\"rule\": \"must_review\", \"assessor_id\": 1, \"asset_id\": 2}]}",
            "must_not_eligible",
            "/rules/0",
            2,
            11,
        ),
        (
            "{\"students\": [{\"id\": 1}], \"submissions\": [{\"id\": 2, \"user_id\": 7, \"submitted\": false}],\n\"rules\": [{\"rule\": \"must_review\", \"assessor_id\": 1, \"user_id\": 7}]}",
            "must_unclear_work",
            "/rules/0/user_id",
            2,
            64,
        ),
        (
            "{\"students\": [{\"id\": 1}], \"submissions\": [{\"id\": 2, \"user_id\": 7}, {\"id\": 3, \"user_id\": 7}],\n\"rules\": [{\"rule\": \"must_review\", \"assessor_id\": 1, \"user_id\": 7}]}",
            "must_unclear_work",
            "/rules/0/user_id",
            2,
            64,
        ),
    ] {
        let found = found(text.as_bytes());
        let item = &found.items()[0];
        let place = item.position.map(|position| (position.line, position.column));
        assert_eq!((item.code, item.pointer.as_str(), place), (code, pointer, Some((line, column))), "{text}\n{found}");
        assert_eq!(found.items().len(), 1, "{text}\n{found}");
    }
}
