//! Groups that hand in together.

use serde_json::json;

use super::server::{SUBMISSIONS, Server, row};
use super::*;

fn work(pulled: &Pulled, id: u64) -> Option<String> {
    submission(pulled, id).work_id.as_ref().map(Id::to_string)
}

#[test]
fn what_the_members_of_a_group_hand_in_are_copies_of_one_work() {
    let mut server = Server::new();
    server.student(1003, 11).add(SUBMISSIONS, row(40_013, 1003, false)).group(701, &[1001, 1003]).group(702, &[1002]);
    let pulled = pull(&mut server);
    for (id, group) in [(40_011, "group-701"), (40_012, "group-702"), (40_013, "group-701")] {
        assert_eq!(work(&pulled, id).as_deref(), Some(group));
    }
    assert_eq!(pulled.input.students[2].groups, [Id::from(701)]);
    assert!(!codes(&pulled).contains(&"no_group"));
    let memberships = server.asked.iter().find(|request| request.path == "/api/v1/groups/701/memberships").unwrap();
    assert!(memberships.query.starts_with("filter_states[]=accepted"));
}

#[test]
fn work_belongs_to_the_group_for_which_it_was_handed_in() {
    let mut server = Server::new();
    server.student(1003, 11).student(1004, 11).group(701, &[1002]).group(702, &[1001, 1003]);
    // One who has changed groups since, and one whose row names a group of another set.
    for (id, user, group) in [(40_021, 1001, 701), (40_023, 1003, 999)] {
        let mut row = row(id, user, true);
        row["group"] = json!({"id": group, "name": "Team Ode"});
        server.add(SUBMISSIONS, row);
    }
    let pulled = pull(&mut server);
    assert_eq!(
        (work(&pulled, 40_021).as_deref(), work(&pulled, 40_023).as_deref()),
        (Some("group-701"), Some("group-702"))
    );
    assert_eq!(pulled.input.students[0].groups, [Id::from(702)]);
}

#[test]
fn groups_of_another_category_are_not_even_asked_for() {
    let mut server = Server::new();
    server.group(701, &[1001, 1002]).set("group_category_id", json!(null));
    let pulled = pull(&mut server);
    assert!(pulled.input.students.iter().all(|student| student.groups.is_empty()));
    assert_eq!((work(&pulled, 40_011), work(&pulled, 40_012)), (None, None));
    assert!(server.asked.iter().all(|request| !request.path.contains("group")));
}

#[test]
fn who_is_invited_to_a_group_is_not_in_it_and_two_without_group_are_not_together() {
    let mut server = Server::new();
    server.student(1003, 11).hand_in(40_013, 1003).group(701, &[1001]);
    let path = "/api/v1/groups/701/memberships";
    server.add(path, json!({"id": 89, "group_id": 701, "user_id": 1002, "workflow_state": "invited"}));
    server.add(path, json!({"id": 90, "group_id": 701, "user_id": 1003, "workflow_state": "requested"}));
    let pulled = pull(&mut server);
    assert_eq!(pulled.input.students[0].groups, [Id::from(701)]);
    assert!(pulled.input.students[1].groups.is_empty() && pulled.input.students[2].groups.is_empty());
    assert_eq!((work(&pulled, 40_012), work(&pulled, 40_013)), (None, None));
    assert!(says(&pulled, "no_group").contains(": 1002, 1003 (2 in all)"));
}

#[test]
fn of_several_groups_the_least_counts() {
    let mut server = Server::new();
    server.group(702, &[1001, 1002]).group(701, &[1002]);
    let pulled = pull(&mut server);
    assert_eq!(pulled.input.students[1].groups, [Id::from(701)]);
    assert_eq!(work(&pulled, 40_012).as_deref(), Some("group-701"));
    assert!(says(&pulled, "several_groups").contains(": 1002 (1 in all)"));
}

#[test]
fn groups_and_members_come_in_pages() {
    let mut server = Server::new();
    server.per_page = 1;
    server.group(701, &[1001, 1002]).group(702, &[]).group(703, &[]);
    let pulled = pull(&mut server);
    assert_eq!(work(&pulled, 40_012).as_deref(), Some("group-701"));
    assert_eq!(server.count("/api/v1/groups/701/memberships"), 4);
}
