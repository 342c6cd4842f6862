import { openSqliteStore } from '../store/sqlite.ts'
import { claimsSuite } from './finish-claims.suite.ts'

claimsSuite('SQLite', async () => openSqliteStore({ path: ':memory:' }))
