import { openSqliteStore } from '../store/sqlite.ts'
import { outboxSuite } from './outbox.suite.ts'

outboxSuite('SQLite', async () => openSqliteStore({ path: ':memory:' }))
