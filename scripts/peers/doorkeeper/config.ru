# frozen_string_literal: true

require_relative "provider"
run Rails.application
