package joy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Notice tells the user of a setting that has no effect.
type Notice string

// ErrHelp is what Parse returns when it meets -h or --help.
var ErrHelp = errors.New("help is asked for")

// A UsageError is a mistake in the options; the program ends with status 2.
type UsageError struct {
	Where string // file and line, or name of the environment variable; "" = command line
	Arg   string // argument with = whose name is no option: perhaps it is a file
	Text  string
}

func (e *UsageError) Error() string {
	if e.Where != "" {
		return e.Where + ": " + e.Text
	}
	return e.Text
}

// A setting is an option with the value that somebody gave it.
type setting struct {
	option *option
	text   string
	where  string // as in UsageError
}

func (s *setting) notice(n Notice) Notice {
	if s.where != "" {
		return Notice(s.where) + ": " + n
	}
	return n
}

// Parse reads a command line: args without the program's name, env as from
// os.Environ. It calls readFile for each option file. Of several values for an
// option the command line wins over the environment, the environment over the
// option files, and what comes later over what comes earlier.
//
// It returns the inputs as given; with ErrHelp or a *UsageError nothing else.
func Parse(args, env []string, readFile func(string) ([]byte, error)) (Config, []string, []Notice, error) {
	var l commandLine
	if err := l.read(args); err != nil {
		return Config{}, nil, nil, err
	}
	var all []setting
	for _, name := range l.files {
		data, err := readFile(name)
		if err != nil {
			return Config{}, nil, nil, &UsageError{Text: "option file: " + err.Error()}
		}
		if all, err = readOptionFile(all, name, data); err != nil {
			return Config{}, nil, nil, err
		}
	}
	all, notices := readEnvironment(all, env)
	c, more, err := configure(append(all, l.settings...))
	if err != nil {
		return Config{}, nil, nil, err
	}
	return c, l.inputs, append(notices, more...), nil
}

// configure makes the Config of all settings, the weakest first.
func configure(all []setting) (Config, []Notice, error) {
	c := DefaultConfig()
	for _, s := range all {
		if s.option.name != "profile" {
			continue
		}
		if _, err := s.option.apply(&c, s.text); err != nil {
			return c, nil, &UsageError{Where: s.where, Text: err.Error()}
		}
	}
	if c.Profile == "full" {
		c.full()
	}
	var notices []Notice
	for _, s := range all {
		n, err := s.option.apply(&c, s.text)
		if err != nil {
			return c, nil, &UsageError{Where: s.where, Text: err.Error()}
		}
		if n != "" {
			notices = append(notices, s.notice(n))
		}
	}
	if c.Output == "-" {
		c.Output = ""
	}
	return c, append(notices, c.idle()...), c.Validate()
}

// full sets what profile=full stands for.
func (c *Config) full() {
	for i := range options {
		if o := &options[i]; o.full != "" && o.state == works {
			o.fix(c, o.full)
		}
	}
}

// idle names the settings that do nothing because another one is missing.
func (c *Config) idle() []Notice {
	var ns []Notice
	for i := range options {
		o := &options[i]
		set := func(name string) bool { return !find(name).isDefault(c) }
		if o.needs != "" && set(o.name) && !slices.ContainsFunc(o.anyOf(), set) {
			ns = append(ns, Notice(o.name+" has no effect without "+o.needs))
		}
	}
	return ns
}

// commandLine is what the words of a command line are.
type commandLine struct {
	settings []setting
	files    []string // option files
	inputs   []string
}

func (l *commandLine) read(args []string) error {
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		switch {
		case word == "--":
			l.inputs = append(l.inputs, args...)
			return nil
		case word == "-h" || word == "--help":
			return ErrHelp
		case word == "-x" || word == "--xconfig":
			if len(args) == 0 {
				return &UsageError{Text: word + " needs the name of an option file"}
			}
			l.files, args = append(l.files, args[0]), args[1:]
		case strings.HasPrefix(word, "-x="), strings.HasPrefix(word, "--xconfig="):
			_, name, _ := strings.Cut(word, "=")
			l.files = append(l.files, name)
		case isInput(word):
			l.inputs = append(l.inputs, word)
		default:
			s, err := readSetting(strings.TrimPrefix(word, "--"))
			if err != nil {
				return &UsageError{Arg: word, Text: err.Error()}
			}
			l.settings = append(l.settings, s)
		}
	}
	return nil
}

// isInput reports whether a word is a file: it does not begin with a dash and
// has no = (but a path may have one).
func isInput(word string) bool {
	name, _, equals := strings.Cut(word, "=")
	return word == "-" || !strings.HasPrefix(word, "-") && (!equals || strings.ContainsAny(name, `/\`))
}

// readSetting takes name=value, or a name alone where that says something.
func readSetting(s string) (setting, error) {
	name, value, given := strings.Cut(s, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	o := find(name)
	switch {
	case o == nil:
		return setting{}, unknown(name)
	case given:
	case o.kind.bare != "":
		value = o.kind.bare
	default:
		return setting{}, fmt.Errorf("%s needs a value: %s=%s", o.name, o.name, o.kind.arg)
	}
	return setting{option: o, text: value}, nil
}

// readEnvironment adds what the variables JOY_NAME set. An empty variable is
// one that is not set.
func readEnvironment(all []setting, env []string) ([]setting, []Notice) {
	const prefix = "JOY_"
	var notices []Notice
	for _, variable := range slices.Sorted(slices.Values(env)) {
		name, value, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, prefix) || value == "" {
			continue
		}
		o := findVariable(name[len(prefix):])
		if o == nil {
			notices = append(notices, Notice("environment variable "+name+" names no option"))
			continue
		}
		all = append(all, setting{option: o, text: value, where: name})
	}
	return all, notices
}

// findVariable finds the option whose name in capitals this is.
func findVariable(capitals string) *option {
	for i := range options {
		o := &options[i]
		if strings.ToUpper(o.name) == capitals || o.alias != "" && strings.ToUpper(o.alias) == capitals {
			return o
		}
	}
	return nil
}

// maxOptionFile bounds an option file: it is written by hand.
const maxOptionFile = 1 << 20

// readOptionFile adds what an option file sets: one name = value per line, or a
// name alone to switch it on; # begins a comment wherever it stands.
func readOptionFile(all []setting, name string, data []byte) ([]setting, error) {
	if len(data) > maxOptionFile {
		return nil, &UsageError{Where: name, Text: "too large for an option file"}
	}
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(string(data), "\ufeff")) {
		number++
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		where := fmt.Sprintf("%s:%d", name, number)
		s, err := readSetting(line)
		if err != nil {
			return nil, &UsageError{Where: where, Text: err.Error()}
		}
		s.where = where
		all = append(all, s)
	}
	return all, nil
}
