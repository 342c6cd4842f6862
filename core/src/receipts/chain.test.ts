import { openSqliteStore } from '../store/sqlite.ts'
import { cancellationsSuite } from './cancellations.suite.ts'
import { chainSuite } from './chain.suite.ts'

const open = async () => openSqliteStore({ path: ':memory:' })
chainSuite('SQLite', open)
cancellationsSuite('SQLite', open)
