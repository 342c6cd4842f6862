import { openSqliteStore } from '../store/sqlite.ts'
import { readRepairSuite } from './read-repair.suite.ts'

readRepairSuite('SQLite', async () => openSqliteStore({ path: ':memory:' }))
