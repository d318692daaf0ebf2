package process

import (
	"context"
	"errors"
)

func (t *Tracker) beginEvents(ctx context.Context) error { return errors.New("soon") }
