// A program as partners write it with golang.org/x/oauth2: it prints where to send the customer, reads the
// address the customer came back to, and prints what the code bought, once fresh and once refreshed.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

func main() {
	base, id, secret, redirect := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	endpoint := oauth2.Endpoint{AuthURL: base + "/oauth2/authorize", TokenURL: base + "/oauth2/token"}
	config := &oauth2.Config{ClientID: id, ClientSecret: secret, RedirectURL: redirect, Endpoint: endpoint}
	verifier := strings.Repeat("go", 30)
	fmt.Println(config.AuthCodeURL("g+/=", oauth2.SetAuthURLParam("code_challenge", os.Args[5]),
		oauth2.SetAuthURLParam("code_challenge_method", "S256")))

	back := sentBack()
	if back.Get("state") != "g+/=" {
		log.Fatal("state was changed: ", back.Get("state"))
	}
	ctx := context.Background()
	token, err := config.Exchange(ctx, back.Get("code"), oauth2.SetAuthURLParam("code_verifier", verifier))
	check(err)
	fmt.Println(token.Type(), token.AccessToken, token.Expiry.After(time.Now()))

	fresh := refreshed(ctx, config, token)
	fmt.Println(fresh.Type(), fresh.AccessToken, fresh.RefreshToken != token.RefreshToken)

	own := clientcredentials.Config{ClientID: id, ClientSecret: secret, TokenURL: endpoint.TokenURL}
	mine, err := own.Token(ctx)
	check(err)
	fmt.Println(mine.Type(), mine.AccessToken, mine.RefreshToken == "")
}
