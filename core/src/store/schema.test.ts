import { expect, test } from 'vitest'
import { indexesOf } from './mongo/layout.ts'
import { collectionNames, schema } from './schema.ts'

test('F39: keys, codes, what was heard and work that is done have a time to live, and nothing that is sold or owed', () => {
  const mortal = ['keys', 'attempts', 'codes', 'providerEvents', 'idempotency', 'outbox', 'deliveries']
  expect(collectionNames.filter((name) => schema[name].expires !== undefined)).toEqual(mortal)
  const isDeleted = (name: (typeof collectionNames)[number]) =>
    indexesOf(name).some(({ expireAfterSeconds }) => expireAfterSeconds !== undefined)
  expect(collectionNames.filter(isDeleted)).toEqual(mortal)
})
