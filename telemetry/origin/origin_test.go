package origin

import "testing"

func TestUserIsHidden(t *testing.T) {
	u := User("al\"ice")
	if got := string(u.AppendJSON(nil)); got != `"al\"ice"` {
		t.Error(got)
	}
	u.Hide(nil)
	if len(u) != 0 {
		t.Error("the name is still there")
	}
}
