# A dealer's registrations with ActiveRecord. PGHOST and the like say where.
require "active_record"
require "active_record/connection_adapters/postgresql_adapter"
require "date"

TRIES = 3

# Types that ActiveRecord does not know.
class PlateType < ActiveRecord::Type::String
  def type
    :plate
  end
end

module Plates
  def initialize_type_map(map = type_map)
    map.register_type("plate", PlateType.new)
    super
  end
end
ActiveRecord::ConnectionAdapters::PostgreSQLAdapter.prepend(Plates)

class Registration < ActiveRecord::Base
  self.table_name = "registration"
  has_many :keepers
end

class Keeper < ActiveRecord::Base
  self.table_name = "keeper"
  belongs_to :registration
end

# A step of the story, which goes on when a line comes back.
def say(line)
  puts line
  $stdout.flush
  $stdin.gets
end

def car(mark, more = {})
  { mark: mark, registered: Date.new(2025, 9, 1), make: "Ford", formerly: [], **more }
end

def marks(rows)
  rows.map(&:mark).join(", ")
end

# One by itself, as a model; several in one statement.  The ids.
def save_all(rows)
  return [Registration.create!(rows[0]).id] if rows.one?

  Registration.insert_all!(rows, returning: :id).rows.flatten
end

# What the server said, beneath what ActiveRecord made of it.
def told(error)
  field = ->(name) { error.cause.result.error_field(PG.const_get("PG_DIAG_#{name}")) }
  [field["SQLSTATE"], field["MESSAGE_PRIMARY"], field["MESSAGE_DETAIL"]]
end

def refused(mark, error)
  code, message, detail = told(error)
  say "#{mark}: #{code}, #{message}"
  say "DETAIL: #{detail}"
end

def attempt(*rows)
  save_all(rows)
  say "#{rows.map { |row| row[:mark] }.join(", ")}: not refused"
rescue ActiveRecord::StatementInvalid => e
  refused(rows.map { |row| row[:mark] }.join(", "), e)
end

# One transaction, repeated for 40001 only: RH001 stands until the hold ends.
def register(row)
  attempt = 1
  begin
    Registration.transaction do
      Registration.create!(row)
      say "#{row[:mark]}: inserted, attempt #{attempt}"
    end
    say "#{row[:mark]}: registered"
  rescue ActiveRecord::SerializationFailure => e
    raise if (attempt += 1) > TRIES

    refused(row[:mark], e)
    retry
  end
end

def ordinary_day
  columns = Registration.columns_hash
  say "schema: " + %w[mark formerly].map { |c| "#{c} #{columns[c].sql_type}#{"[]" if columns[c].array?}" }.join(", ")
  say "drift: cannot: schema.rb has neither types nor triggers"

  jaguar = Registration.create!(car("ab75cde", make: "Jaguar", formerly: %w[A123BCD B123BCD]))
  jaguar = Registration.find(jaguar.id)
  say "saved: #{jaguar.mark}, once #{jaguar.formerly.join(", ")}"
  jaguar.update!(colour: "blue")
  jaguar.reload
  say "saved again: #{jaguar.mark}, #{jaguar.colour}"

  many = ["AB75 CDF", "AB75 CDG", "AB75 CDH"].map { |mark| car(mark) }
  saved = save_all(many)
  # Each by its own id: the one that the mapper has is no other row's.
  say "bulk: #{marks(saved.map { |id| Registration.find(id) })}"
  say "found: #{marks(Registration.where(mark: ["AB75 CDH", "ab75 cdf"]).order(:mark))}"
  say "searched: #{marks(Registration.where(Registration.arel_table[:mark].matches("ab75 %g")))}"
  Registration.upsert(car("AB75 CDG", colour: "red"), unique_by: :mark)
  upserted = Registration.find_by!(mark: "AB75 CDG")
  say "upserted: #{upserted.mark}, #{upserted.colour}"

  attempt(car("AB75 IQC"))
  attempt(car("AB75 CDJ", registered: Date.new(2025, 8, 31)))
end

ROVER = car("AB75 CDK", make: "Land Rover")
THREE = [car("AB75 CDL"), car("AB75 CDM", make: "Land Rover"), car("AB75 CDN")]

# A row that is set aside has no id, and those after it would get another's.
def queued_day
  attempt(ROVER)
  attempt(*THREE)
  say "of them registered: #{Registration.where(mark: [ROVER, *THREE].map { |row| row[:mark] }).count}"
end

def state(row)
  "#{row.mark} #{row.ticket ? "waits" : "registered"}"
end

# A row that waits in place is a row like any other.
def pending_day
  row = Registration.find(Registration.create!(ROVER).id)
  say "saved: #{state(row)}"
  row.keepers.create!(name: "Smith")
  row.update!(colour: "green")
  row.reload
  say "saved again: #{state(row)}, #{row.colour}, kept by #{row.keepers.first.name}"
  saved = save_all(THREE)
  say "bulk: #{saved.map { |id| state(Registration.find(id)) }.join(", ")}"
  Registration.upsert({ **THREE[1], colour: "white" }, unique_by: :mark)
  row = Registration.find_by!(mark: THREE[1][:mark])
  say "upserted: #{state(row)}, #{row.colour}"
  2.times { say "registered: #{marks(Registration.where(ticket: nil).order(:mark))}" }
end

def pid
  ActiveRecord::Base.connection.select_value("SELECT pg_backend_pid()")
end

ActiveRecord::Base.establish_connection(adapter: "postgresql", pool: 1)
first = pid
ordinary_day
attempt(car("AB75 CDJ"))
register(car("AB75 CDJ"))
queued_day
pending_day
say "connection: #{pid == first ? "kept" : "another"}"
