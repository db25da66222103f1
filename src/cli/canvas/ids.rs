//! Ids on the command line.

use crate::canvas::request::is_addressable;
use crate::id::Id;

/// An id as it stands in the addresses of Canvas. Digits are the number, as Canvas itself writes it.
pub(super) fn read(text: &str) -> Result<Id, &'static str> {
    const WANTED: &str = "give the number in the address of its page, as 101 in /courses/101, or sis_course_id:…";
    let id = Id::text(text).map_err(|_| WANTED)?;
    let id = id.value().map_or(id, Id::from);
    if is_addressable(&id) { Ok(id) } else { Err(WANTED) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_numbers_and_what_leads_elsewhere_is_refused() {
        assert!(read("101").is_ok_and(|id| id.is_number()));
        assert!(read("sis_course_id:BIO-1.2").is_ok() && read("1~23").is_ok());
        for text in ["", "..", "1/2", "1 2", "1?x=2", "ü"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
