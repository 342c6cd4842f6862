import type { Attributes } from '@opentelemetry/api'
import {
  ATTR_DB_COLLECTION_NAME,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_STORED_PROCEDURE_NAME,
  ATTR_DB_SYSTEM_NAME,
} from '@opentelemetry/semantic-conventions'
import type { Work } from './observe.ts'

/** The store, as OpenTelemetry calls it. */
export type DbSystem = 'mongodb' | 'sqlite'

/** `seats.updateIf` is a statement on a collection; `transaction` and `commit` are on none. */
function statementAttributes(name: string, db: DbSystem): Attributes {
  const [operation = name, collection] = name.split('.').reverse()
  return {
    [ATTR_DB_SYSTEM_NAME]: db,
    [ATTR_DB_OPERATION_NAME]: operation,
    ...(collection !== undefined && { [ATTR_DB_COLLECTION_NAME]: collection }),
  }
}

/** What is said of work beside its name: what it is done on, never with which values. */
export function attributesOf({ kind, name }: Work, db: DbSystem): Attributes {
  switch (kind) {
    case 'store':
      return statementAttributes(name, db)
    case 'redis':
      return {
        [ATTR_DB_SYSTEM_NAME]: 'redis',
        [ATTR_DB_OPERATION_NAME]: 'EVALSHA',
        [ATTR_DB_STORED_PROCEDURE_NAME]: name,
      }
    case 'provider':
      return { 'peer.service': name.split('.')[0] ?? name }
    case 'stage':
    case 'row':
      return {}
  }
}
