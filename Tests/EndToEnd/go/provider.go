// A program as partners of a provider write it with golang.org/x/oauth2, without PKCE: it goes the way that is
// named first and prints what it got, one token a line.
package main

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

func main() {
	way, authorize, token, id, secret, rest := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5], os.Args[6:]
	ctx := context.Background()
	config := &oauth2.Config{ClientID: id, ClientSecret: secret,
		Endpoint: oauth2.Endpoint{AuthURL: authorize, TokenURL: token}}
	switch way {
	case "code": // rest: redirect URI, scopes
		config.RedirectURL, config.Scopes = rest[0], rest[1:]
		fmt.Println(config.AuthCodeURL("g0"))
		got, err := config.Exchange(ctx, sentBack().Get("code"))
		check(err)
		showBoth(ctx, config, got)
	case "password": // rest: user name, password, scopes
		config.Scopes = rest[2:]
		got, err := config.PasswordCredentialsToken(ctx, rest[0], rest[1])
		check(err)
		showBoth(ctx, config, got)
	case "own": // rest: scopes
		own := clientcredentials.Config{ClientID: id, ClientSecret: secret, TokenURL: token, Scopes: rest}
		got, err := own.Token(ctx)
		check(err)
		show(got)
	}
}

func showBoth(ctx context.Context, config *oauth2.Config, token *oauth2.Token) {
	show(token)
	if token.RefreshToken != "" {
		show(refreshed(ctx, config, token))
	}
}

func show(token *oauth2.Token) {
	fmt.Println(token.Type(), token.AccessToken, token.RefreshToken, !token.Expiry.IsZero())
}
