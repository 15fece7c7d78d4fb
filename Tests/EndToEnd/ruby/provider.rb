# A program as partners of a provider write it with Debian's ruby-oauth2: it goes the way that is named first and
# prints what it got, one token a line.
require 'oauth2'

way, authorize, token, id, secret, scheme, *rest = ARGV
$stdout.sync = true
client = OAuth2::Client.new(id, secret, site: token, authorize_url: authorize, token_url: token,
                                        auth_scheme: scheme.to_sym)
show = ->(got) { puts [got.params['token_type'], got.token, got.refresh_token, got.expires?].join(' ') }

case way
when 'code'
  redirect, scope = rest
  puts client.auth_code.authorize_url(redirect_uri: redirect, scope: scope, state: 'r0')
  code = URI.decode_www_form(URI($stdin.gets.strip).query).to_h['code']
  got = client.auth_code.get_token(code, redirect_uri: redirect)
when 'password'
  got = client.password.get_token(rest[0], rest[1], scope: rest[2])
when 'own'
  got = client.client_credentials.get_token(scope: rest[0])
end
show.call(got)
show.call(got.refresh!) if got.refresh_token
