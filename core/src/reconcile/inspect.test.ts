import { openSqliteStore } from '../store/sqlite.ts'
import { inspectSuite } from './inspect.suite.ts'

inspectSuite('SQLite', async () => openSqliteStore({ path: ':memory:' }))
