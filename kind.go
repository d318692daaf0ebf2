package joy

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A kind is the type of an option and the field of Config that it is bound to.
type kind struct {
	arg     string   // what stands for the value in the help
	bare    string   // value of the name alone; "" = a value has to be given
	choices []string // the allowed values, where they can be listed
	bounds  string   // the allowed range, where there is one
	text    bool     // a string in JSON, else a number
	many    bool     // can be given several times

	// read checks a value and stores it, unless c is nil. It returns the one
	// spelling that print has for all spellings of the value.
	read func(c *Config, text string) (string, error)
	// print returns the value, or the values if there can be several.
	print func(c *Config) []string
}

// none is the value that unsets a string.
const none = "none"

// field makes the two functions of a kind from a parser and a printer of its
// values. A nil at is an option that is bound to nothing.
func field[T any](at func(*Config) *T, parse func(string) (T, error), text func(T) string) kind {
	return kind{
		read: func(c *Config, s string) (string, error) {
			v, err := parse(s)
			if err != nil {
				return "", err
			}
			if c != nil && at != nil {
				*at(c) = v
			}
			return text(v), nil
		},
		print: func(c *Config) []string {
			if at == nil {
				return nil
			}
			return []string{text(*at(c))}
		},
	}
}

// flagOf is a switch. Joy takes any digit but 0 for on.
func flagOf(at func(*Config) *bool) kind {
	k := field(at, parseFlag, flagText)
	k.arg, k.bare, k.choices = "0|1", "1", []string{"0", "1"}
	return k
}

func flagText(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

func parseFlag(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "0", "false", "no", "off":
		return false, nil
	case "1", "2", "3", "4", "5", "6", "7", "8", "9", "true", "yes", "on":
		return true, nil
	}
	return false, errors.New("the value must be 0 or 1")
}

// intOf is a number of decimal digits.
func intOf(at func(*Config) *int, least, most int) kind {
	k := field(at, func(s string) (int, error) {
		n, err := parseDigits(s)
		if err == nil && (n < int64(least) || n > int64(most)) {
			err = fmt.Errorf("the value must be between %d and %d", least, most)
		}
		return int(n), err
	}, strconv.Itoa)
	k.arg, k.bounds = "N", fmt.Sprintf("%d to %d", least, most)
	return k
}

// parseDigits takes plain decimal digits only: no sign, blanks or underscores.
func parseDigits(s string) (int64, error) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, errors.New("the value must be a number")
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, errors.New("the value is too large")
	}
	return n, nil
}

// secondsOf is a duration in seconds, with up to nine decimals.
func secondsOf(at func(*Config) *time.Duration) kind {
	k := field(at, parseSeconds, printSeconds)
	k.arg, k.bounds = "SECONDS", fmt.Sprintf("0 to %d", maxSeconds)
	return k
}

// maxSeconds is ten years: far from where nanoseconds would overflow.
const maxSeconds = 10 * 366 * 24 * 3600

func parseSeconds(s string) (time.Duration, error) {
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := parseDigits(whole)
	if err != nil {
		return 0, errors.New("the value must be a number of seconds such as 10 or 0.5")
	}
	if n > maxSeconds || n == maxSeconds && strings.Trim(fraction, "0") != "" {
		return 0, fmt.Errorf("the value must be between 0 and %d seconds", maxSeconds)
	}
	if len(fraction) > 9 || strings.Trim(fraction, "0123456789") != "" {
		return 0, errors.New("the value must have at most nine decimals")
	}
	nanos, _ := strconv.Atoi((fraction + "000000000")[:9]) // nine digits
	return time.Duration(n)*time.Second + time.Duration(nanos), nil
}

func printSeconds(d time.Duration) string {
	if d < 0 {
		return "-" + printSeconds(max(-d, 1))
	}
	s := strconv.FormatInt(int64(d/time.Second), 10)
	if rest := d % time.Second; rest != 0 {
		s += strings.TrimRight(fmt.Sprintf(".%09d", rest), "0")
	}
	return s
}

// sizeOf is a number of bytes.
func sizeOf(at func(*Config) *int64, least int64) kind {
	k := field(at, func(s string) (int64, error) {
		n, err := parseSize(s)
		if err == nil && (n < least || n > maxSize) {
			err = fmt.Errorf("the value must be between %d and %d bytes", least, int64(maxSize))
		}
		return n, err
	}, func(n int64) string { return strconv.FormatInt(n, 10) })
	k.arg, k.bounds = "BYTES", fmt.Sprintf("%d to 1024T; K, M, G and T stand for powers of 1024", least)
	return k
}

const maxSize = 1 << 50

func parseSize(s string) (int64, error) {
	shift := 0
	if n := len(s); n > 0 {
		if i := strings.IndexByte("KMGT", s[n-1]&^0x20); i >= 0 {
			s, shift = s[:n-1], 10*(i+1)
		}
	}
	n, err := parseDigits(s)
	if err != nil {
		return 0, errors.New("the value must be a number of bytes such as 65536, 64K, 10M or 4G")
	}
	if n > maxSize>>shift {
		return 0, errors.New("the value is too large")
	}
	return n << shift, nil
}

// textOf is a string; arg says what it is.
func textOf(arg string, at func(*Config) *string) kind {
	k := field(at, parseText, func(s string) string {
		if s == "" {
			return none
		}
		return s
	})
	k.arg, k.text = arg, true
	return k
}

// parseText unsets the string for exactly "none".
func parseText(s string) (string, error) {
	switch {
	case s == "":
		return "", errors.New("a value is needed; none unsets it")
	case s == none:
		return "", nil
	case strings.ContainsRune(s, 0):
		return "", errors.New("the value must not contain a NUL byte")
	}
	return s, nil
}

// choiceOf is one of some words.
func choiceOf(at func(*Config) *string, words ...string) kind {
	list := strings.Join(words, "|")
	k := field(at, func(s string) (string, error) {
		if !slices.Contains(words, s) {
			return "", errors.New("the value must be one of " + strings.Join(words, ", "))
		}
		return s, nil
	}, func(s string) string { return s })
	k.arg, k.text, k.choices = list, true, words
	return k
}

// listOf is a string that can be given several times; none forgets what was
// given before.
func listOf(arg string, at func(*Config) *[]string, check func(string) error) kind {
	return kind{
		arg: arg, text: true, many: true,
		read: func(c *Config, s string) (string, error) {
			v, err := parseText(s)
			if err != nil {
				return "", err
			}
			if v == "" {
				if c != nil {
					*at(c) = nil
				}
				return none, nil
			}
			if err := check(v); err != nil {
				return "", err
			}
			if c != nil {
				*at(c) = append(*at(c), v)
			}
			return v, nil
		},
		print: func(c *Config) []string { return *at(c) },
	}
}

// checkLabel wants NAME:FILE.
func checkLabel(s string) error {
	if name, file, _ := strings.Cut(s, ":"); name == "" || file == "" {
		return errors.New("the value must be NAME:FILE")
	}
	return nil
}
