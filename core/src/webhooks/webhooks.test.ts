import { openSqliteStore } from '../store/sqlite.ts'
import { webhooksSuite } from './webhooks.suite.ts'

webhooksSuite('webhooks on SQLite', async () => openSqliteStore({ path: ':memory:' }))
