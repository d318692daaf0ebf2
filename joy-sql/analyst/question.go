package analyst

import (
	"embed"
	"fmt"
	"regexp"
	"strings"
)

//go:embed questions/*.sql
var questionFiles embed.FS

// A Question is a query with a name.
type Question struct {
	Name, Title string
	Doc         []string // what the answer means
	Options     []string // of joy, that captures need for it
	Params      []Param
	SQL         string
}

// A Param is a value that may be given otherwise; SQL reads it with getvariable.
type Param struct{ Name, Default, Doc string }

var paramLine = regexp.MustCompile(`^param ([a-z_]+) = (\S+): (.*)$`)

// Questions returns the questions, in the order of their numbers.
func Questions() ([]Question, error) {
	var questions []Question
	err := each(questionFiles, "questions", func(name, text string) error {
		_, name, _ = strings.Cut(name, "-")
		head, sql, err := readHead(text)
		if err != nil {
			return fmt.Errorf("question %s: %w", name, err)
		}
		q := Question{Name: name, Title: head[0], SQL: sql}
		for _, line := range head[1:] {
			q.read(line)
		}
		questions = append(questions, q)
		return nil
	})
	return questions, err
}

// read takes a line of the comment.
func (q *Question) read(line string) {
	option, needs := strings.CutPrefix(line, "needs ")
	switch m := paramLine.FindStringSubmatch(line); {
	case m != nil:
		q.Params = append(q.Params, Param{m[1], m[2], m[3]})
	case needs:
		q.Options = append(q.Options, option)
	default:
		q.Doc = append(q.Doc, line)
	}
}
