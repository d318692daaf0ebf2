//go:build !linux

package fence

// Raise does nothing where there is neither Landlock nor seccomp, and says so.
func Raise(Options) (Report, error) {
	return Report{Missing: []string{"fences are for Linux only"}}, nil
}
