//! What Canvas allocates to a student who asks for work to review.

use serde::Serialize;
use serde_json::Value;

use super::decision::Refusal;
use super::records::{id_in, is_of_submission};
use super::response::Response;
use crate::id::Id;

/// A review that the token's user is to write. Who writes it is known, and not always said: students do not see it where reviews are
/// anonymous.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Allocated {
    /// The peer review.
    pub id: Option<Id>,
    /// The submission to review.
    pub asset_id: Id,
    /// Its author.
    pub user_id: Option<Id>,
    /// How far it is, in the words of Canvas.
    pub workflow_state: Option<String>,
}

/// The reviews in the answer to [`request::allocate`](super::request::allocate): one, or a list of the open ones and the new ones.
///
/// # Errors
/// Where the answer is neither.
pub fn allocated(answer: &Response) -> Result<Vec<Allocated>, Refusal> {
    let records = match answer.json() {
        Some(Value::Array(records)) => records,
        Some(record) => vec![record],
        None => return Err(Refusal::Unexpected("a peer review or a list of them was expected")),
    };
    records.iter().filter(|record| is_of_submission(record)).map(review).collect()
}

fn review(record: &Value) -> Result<Allocated, Refusal> {
    Ok(Allocated {
        id: id_in(record, "id"),
        asset_id: id_in(record, "asset_id").ok_or(Refusal::Unexpected("a peer review has no asset_id"))?,
        user_id: id_in(record, "user_id"),
        workflow_state: record.get("workflow_state").and_then(Value::as_str).map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Vec<Allocated>, Refusal> {
        allocated(&Response { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() })
    }

    #[test]
    fn one_review_and_a_list_of_them_are_read_alike() {
        let one = r#"{"id": 9, "asset_id": "41", "asset_type": "Submission", "user_id": 1, "workflow_state": "assigned", "new": 1}"#;
        let reviews = read(one).unwrap();
        assert_eq!(
            read(&format!("while(1);[{one}, {{\"asset_id\": 5, \"asset_type\": \"Quiz\"}}]")),
            Ok(reviews.clone())
        );
        let expected = Allocated {
            id: Some(Id::from(9)),
            asset_id: Id::from(41),
            user_id: Some(Id::from(1)),
            workflow_state: Some(String::from("assigned")),
        };
        assert_eq!(reviews, [expected]);
        assert!(reviews[0].asset_id.is_number());
        assert_eq!(read("[]"), Ok(Vec::new()));
        for other in ["", "<html>", "{}", "[7]", "{\"asset_id\": null}"] {
            assert!(matches!(read(other), Err(Refusal::Unexpected(_))), "{other}");
        }
    }
}
