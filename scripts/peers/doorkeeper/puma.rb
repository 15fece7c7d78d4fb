# frozen_string_literal: true

# As `rails new` writes it, with its two commented lines for clusters switched on: a process for each of two cores.
max_threads_count = ENV.fetch("RAILS_MAX_THREADS", 5)
threads max_threads_count, max_threads_count
bind "tcp://127.0.0.1:#{ENV.fetch("PORT")}"
environment "production"
workers ENV.fetch("WEB_CONCURRENCY", 2)
preload_app!
