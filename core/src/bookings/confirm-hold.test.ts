import { openSqliteStore } from '../store/sqlite.ts'
import { confirmSuite } from './confirm-hold.suite.ts'

confirmSuite('a confirm on SQLite', async () => openSqliteStore({ path: ':memory:' }))
