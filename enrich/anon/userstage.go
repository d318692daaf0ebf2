package anon

import "joy/record"

// Stage returns a Writer that replaces user names in the URIs of a record, and
// lists their pseudonyms, before next gets it. Addresses are to be hidden
// before: a name could be a part of one.
func (u *Users) Stage(next record.Writer) record.Writer { return &userStage{users: u, next: next} }

type userStage struct {
	users *Users
	next  record.Writer
}

// Write implements record.Writer.
func (s *userStage) Write(r *record.Record) error {
	r.NameUsers(s.users.Replace)
	return s.next.Write(r)
}
