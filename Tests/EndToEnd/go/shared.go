// What the programs share: the customer's way back, a token that was read before it is asked for again, errors.
package main

import (
	"bufio"
	"context"
	"log"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// The parameters of the address the customer came back to, which is read from the standard input.
func sentBack() url.Values {
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	check(err)
	back, err := url.Parse(strings.TrimSpace(line))
	check(err)
	return back.Query()
}

// What the refresh token buys once the access token has expired.
func refreshed(ctx context.Context, config *oauth2.Config, token *oauth2.Token) *oauth2.Token {
	token.Expiry = time.Now().Add(-time.Hour)
	fresh, err := config.TokenSource(ctx, token).Token()
	check(err)
	return fresh
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
