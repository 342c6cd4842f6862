import { systemPlatform } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { StoreError } from '../store.ts'
import { createTurns } from '../turns.ts'
import type { Connection } from './connection.ts'
import { transactionsOn } from './transactions.ts'

/** A connection whose commit fails with that code, and what was run on it. */
function failingCommit(code: 'unusable' | 'unavailable') {
  const ran: string[] = []
  const db: Connection = {
    path: 'store.db',
    values: () => [],
    each: () => [],
    run: () => 0,
    exec: (text) => {
      ran.push(text)
      if (text === 'COMMIT') throw new StoreError(code, 'the disk said no')
    },
    rollback: () => ran.push('ROLLBACK'),
    close: () => {},
  }
  return { ran, transact: transactionsOn(db, createTurns(), systemPlatform) }
}

test('a commit that the disk failed has an unknown outcome, and the next transaction may begin', async () => {
  const { ran, transact } = failingCommit('unusable')
  const commit = () => transact(1_000, async () => 'done')
  await expect(commit()).rejects.toMatchObject({ code: 'outcome_unknown' })
  await expect(commit()).rejects.toMatchObject({ code: 'outcome_unknown' })
  expect(ran).toEqual(['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK', 'BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'])
})

test('a commit that had no room on the disk was certainly not made', async () => {
  const { ran, transact } = failingCommit('unavailable')
  await expect(transact(1_000, async () => 'done')).rejects.toMatchObject({ code: 'unavailable' })
  expect(ran).toEqual(['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'])
})
