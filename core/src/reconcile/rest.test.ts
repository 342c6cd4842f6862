import { openSqliteStore } from '../store/sqlite.ts'
import { restSuite } from './rest.suite.ts'

restSuite('SQLite', async () => openSqliteStore({ path: ':memory:' }))
