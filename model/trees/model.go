package trees

// A Model is a forest that another program has trained: what its file says.
type Model struct {
	// Features are the names of the columns, in order.
	Features []string
	// Classes is how many classes there are.
	Classes int
	Forest  *Forest
}
