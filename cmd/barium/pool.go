package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"barium/internal/prove"
	"barium/internal/report/safe"
)

// runPool puts results of earlier runs together.
func (o *proveOptions) runPool(c *cobra.Command, paths []string) (err error) {
	c.Flags().Visit(func(f *pflag.Flag) {
		if !slices.Contains([]string{"pool", "json", "quiet"}, f.Name) && err == nil {
			err = fmt.Errorf("--%s does not go together with --pool, which injects nothing", f.Name)
		}
	})
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return errors.New("--pool: name the JSON documents of barium prove --json")
	}
	var results []*prove.Result
	for _, path := range paths {
		r, err := readResult(path)
		if err != nil {
			return fmt.Errorf("%s: %w", safe.Text(path), err)
		}
		results = append(results, r)
	}
	pooled, err := prove.Pool(version, results)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(pooled, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	if o.json == "-" {
		_, err = c.OutOrStdout().Write(text)
		return err
	}
	if err := pooled.WriteText(c.OutOrStdout()); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	if o.json == "" {
		return nil
	}
	if err := replace(o.json, text); err != nil {
		return err
	}
	fmt.Fprintf(unless(o.quiet, c.ErrOrStderr()), "JSON: %s\n", safe.Text(o.json))
	return nil
}

func readResult(path string) (*prove.Result, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return prove.ReadResult(f)
}
