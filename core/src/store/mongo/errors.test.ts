import { MongoBulkWriteError, MongoNetworkError, MongoServerError } from 'mongodb'
import { describe, expect, test } from 'vitest'
import { isTransient, storeErrorOf } from './errors.ts'

/** What `insertMany` makes of whatever went wrong. */
const ofInsertMany = (cause: Error) => new MongoBulkWriteError(cause as never, {} as never)

function labelled(label: string): MongoNetworkError {
  const error = new MongoNetworkError('read ECONNRESET')
  error.addErrorLabel(label)
  return error
}

describe('a connection that is lost in an insert of several documents', () => {
  test('is no refusal of the server: in a transaction it is to be tried again', () => {
    const thrown = ofInsertMany(labelled('PoolRequestedRetry'))
    expect(storeErrorOf(thrown, 'outbox', false)).toMatchObject({ code: 'unavailable' })
    expect(isTransient(thrown)).toBe(true)
  })

  test('leaves it open whether a write that stands alone was done', () => {
    const thrown = ofInsertMany(new MongoNetworkError('connection timed out'))
    expect(storeErrorOf(thrown, 'seats', true)).toMatchObject({ code: 'outcome_unknown' })
    expect(isTransient(thrown)).toBe(false)
  })

  test('what the server itself refuses stays a refusal', () => {
    const thrown = ofInsertMany(new MongoServerError({ message: 'no', code: 2 }))
    expect(storeErrorOf(thrown, 'seats', true)).toMatchObject({ code: 'unusable' })
  })
})
