import { openSqliteStore } from '../store/sqlite.ts'
import { leaseSuite } from './lease.suite.ts'

leaseSuite('SQLite', async () => openSqliteStore({ path: ':memory:' }))
