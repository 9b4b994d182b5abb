# SPDX-License-Identifier: Apache-2.0

# Checks sluice's four tables in the hbase shell: hbase shell -n verify.rb
# Tables, families and their attributes; counts rows, up to $VERIFY_ROWS (100000) a table; shows the first
# rows as text, $VERIFY_SAMPLES (2) a table. Changes nothing. Exit code 1: something is missing or wrong.
conf.verbose = conf.echo = false

FAMILIES = {
  'customers' => %w[personal_info device_info location_info join_info],
  'product' => %w[product_info product_details metadata],
  'transactions' => %w[transaction_details payment_info shipment_info transaction_summary],
  'clickstream' => %w[event_details traffic_info metadata]
}.freeze
ATTRIBUTES = { 'VERSIONS' => '1', 'BLOOMFILTER' => 'ROW', 'COMPRESSION' => 'NONE' }.freeze
MOST_ROWS = ENV.fetch('VERIFY_ROWS', '100000').to_i
SAMPLES = ENV.fetch('VERIFY_SAMPLES', '2').to_i

def verify(connection)
  admin = connection.getAdmin
  faults = FAMILIES.flat_map do |table, families|
    name = org.apache.hadoop.hbase.TableName.valueOf(table)
    show_rows(connection.getTable(name)) if admin.tableExists(name) && admin.isTableEnabled(name)
    table_faults(admin, name, families).map { |fault| "#{table}: #{fault}" }
  end
  puts faults.empty? ? 'Nothing is missing' : 'Missing or wrong:'
  faults.each { |fault| puts "  #{fault}" }
  faults.empty?
end

def table_faults(admin, name, families)
  return ['the table does not exist; create it with tables.rb or sluice init'] unless admin.tableExists(name)

  descriptor = admin.getDescriptor(name)
  faults = families.flat_map { |family| family_faults(family, descriptor.getColumnFamily(family.to_java_bytes)) }
  faults << "the table is disabled; enable it with: enable '#{name}'" unless admin.isTableEnabled(name)
  faults
end

def family_faults(name, family)
  return ["family #{name} does not exist"] if family.nil?

  values = ATTRIBUTES.map { |key, wanted| [key, wanted, text(family.getValue(key.to_java_bytes))] }
  values = values.reject { |_, wanted, value| wanted == value }
  values.map { |key, wanted, value| "family #{name} has #{key} #{value}, not #{wanted}" }
end

def show_rows(table)
  rows = count_rows(table)
  puts "#{table.getName}: #{rows > MOST_ROWS ? "more than #{MOST_ROWS}" : rows} rows"
  each_row(table, org.apache.hadoop.hbase.client.Scan.new, SAMPLES) { |row| show_row(row) }
end

# Stops one row after the most, so that "more" is known to be true.
def count_rows(table)
  scan = org.apache.hadoop.hbase.client.Scan.new
  scan.setFilter(org.apache.hadoop.hbase.filter.FirstKeyOnlyFilter.new)
  scan.setCaching(5000)
  rows = 0
  each_row(table, scan, MOST_ROWS + 1) { rows += 1 }
  rows
end

def each_row(table, scan, most)
  scan.setLimit(most)
  scanner = table.getScanner(scan)
  while most > 0 && (row = scanner.next)
    yield row
  end
ensure
  scanner.close unless scanner.nil?
end

def show_row(row)
  puts "  #{text(row.getRow)}"
  row.listCells.each do |cell|
    util = org.apache.hadoop.hbase.CellUtil
    column = [util.cloneFamily(cell), util.cloneQualifier(cell)].map { |bytes| text(bytes) }.join(':')
    time = Time.at(cell.getTimestamp / 1000).utc.strftime("%Y-%m-%dT%H:%M:%S.#{format('%03d', cell.getTimestamp % 1000)}Z")
    puts "    #{column.ljust(40)} #{time}  #{text(util.cloneValue(cell))}"
  end
end

# Text as it is, on one line and no longer than one; what is not UTF-8 in HBase's notation for bytes
def text(bytes)
  return 'nothing' if bytes.nil?

  string = String.from_java_bytes(bytes).force_encoding('UTF-8')
  string = org.apache.hadoop.hbase.util.Bytes.toStringBinary(bytes) unless string.valid_encoding?
  string = string.gsub(/[[:cntrl:]]/) { |sign| sign.dump[1..-2] }
  string.length > 120 ? "#{string[0, 120]}... (#{bytes.length} bytes)" : string
end

complete = verify(org.apache.hadoop.hbase.client.ConnectionFactory.createConnection(@hbase.configuration))
$stdout.flush
java.lang.System.exit(complete ? 0 : 1) # exit() loses the code when this is read from standard input
