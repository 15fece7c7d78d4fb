# frozen_string_literal: true

# A provider with Doorkeeper, in one file: Rails as `rails new` sets it up for production, Doorkeeper as its installer
# does.
#
# Where the documents leave a choice, it is the faster one: tokens and secrets are kept as they are (hash_token_secrets
# is off unless one asks for it), and only warnings are logged. PKCE is on, because Portal's customers are sent with it.

require "rails"
require "active_record/railtie"
require "action_controller/railtie"
require "action_view/railtie"
require "bcrypt"
require "doorkeeper"
require "doorkeeper/orm/active_record"

class Provider < Rails::Application
  config.root = __dir__
  config.load_defaults 6.1
  config.cache_classes = true
  config.eager_load = true
  config.consider_all_requests_local = false
  config.action_controller.perform_caching = true
  config.active_support.deprecation = :silence
  config.active_record.dump_schema_after_migration = false
  config.secret_key_base = ENV.fetch("SECRET_KEY", "made for one run of the bench, on a loopback address")
  config.logger = ActiveSupport::Logger.new($stderr)
  config.log_level = :warn
  # Where the server is stands in libpq's own variables.
  ENV["DATABASE_URL"] ||= "postgresql:///#{ENV.fetch("PGDATABASE")}?pool=#{ENV.fetch("RAILS_MAX_THREADS", 5)}"
end

Doorkeeper.configure do
  orm :active_record
  base_controller "ApplicationController"
  resource_owner_authenticator { User.find_by(id: session[:user]) || redirect_to("/sign-in") }
  grant_flows %w[authorization_code client_credentials]
  default_scopes :read
  use_refresh_token
end

class ApplicationController < ActionController::Base
end

class User < ActiveRecord::Base
  has_secure_password
end

# Signing in is the application's own; Doorkeeper leaves it to it.
class SessionsController < ApplicationController
  def new
    render inline: <<~PAGE
      <!DOCTYPE html><title>Sign in</title>
      <%= form_tag "/sign-in" do %>
        <%= text_field_tag :name %><%= password_field_tag :password %><%= submit_tag "Sign in" %>
      <% end %>
    PAGE
  end

  def create
    user = User.find_by(name: params[:name])&.authenticate(params[:password])
    return head :forbidden unless user

    session[:user] = user.id
    redirect_to "/oauth/authorize"
  end
end

Provider.initialize!

# Asks each time: without it a customer who has allowed an application once is not shown the page again, and the flow
# would be one request shorter than everybody else's. It also spares Doorkeeper the search for an earlier token.
class AskingController < Doorkeeper::AuthorizationsController
  def matching_token? = false
end

Provider.routes.draw do
  get "/sign-in", to: "sessions#new"
  post "/sign-in", to: "sessions#create"
  use_doorkeeper { controllers authorizations: "asking" }
end
