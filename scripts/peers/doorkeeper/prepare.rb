# frozen_string_literal: true

# Makes the tables, the customers and the applications, and prints what the bench needs to know as JSON.
#
#     prepare.rb CUSTOMERS PASSWORD CALLBACK

require "erb"
require "json"
require_relative "provider"

# One of Doorkeeper's own migrations, as its generators fill it in.
def migrate(template, name)
  templates = File.join(Gem.loaded_specs.fetch("doorkeeper").full_gem_path, "lib/generators/doorkeeper/templates")
  migration_version = "[6.1]"
  eval(ERB.new(File.read(File.join(templates, template))).result(binding), TOPLEVEL_BINDING)
  name.constantize.migrate(:up)
end

def create_users
  ActiveRecord::Schema.define do
    create_table :users do |t|
      t.string :name, null: false, index: { unique: true }
      t.string :password_digest, null: false
    end
  end
end

def application(callback)
  made = Doorkeeper::Application.create!(name: "Bench Rentals", redirect_uri: callback)
  { client_id: made.uid, client_secret: made.plaintext_secret }
end

customers, password, callback = ARGV
ActiveRecord::Migration.verbose = false
create_users
migrate("migration.rb.erb", "CreateDoorkeeperTables")
migrate("enable_pkce_migration.rb.erb", "EnablePkce")
User.reset_column_information
Doorkeeper::AccessGrant.reset_column_information
customers.to_i.times { |number| User.create!(name: "customer-#{number}", password: password) }
puts JSON.generate(machine: application(callback), web: application(callback))
