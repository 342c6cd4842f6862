import { expect, test } from 'vitest'
import { listeningDeadline } from './deadline.ts'

/** A platform whose clock stands, and whose one timer rings so late as it is told to. */
function createTimer() {
  let nowMs = 0
  let due: { readonly atMs: number; readonly controller: AbortController } | undefined
  return {
    now: () => nowMs,
    deadline(ms: number) {
      due = { atMs: nowMs + ms, controller: new AbortController() }
      return due.controller.signal
    },
    ring(lateMs = 0) {
      nowMs = (due?.atMs ?? nowMs) + lateMs
      due?.controller.abort()
    },
  }
}

test('a deadline passes in as much time as was asked when the program listens all the while', () => {
  const timer = createTimer()
  const signal = listeningDeadline(timer, 2_000)
  while (!signal.aborted) timer.ring()
  expect(timer.now()).toBe(2_000)
})

test('a turn of a deadline that ends late is not counted', () => {
  const timer = createTimer()
  const signal = listeningDeadline(timer, 2_000)
  for (let turn = 0; turn < 6; turn++) timer.ring(300)
  for (let turn = 0; turn < 3; turn++) timer.ring(20)
  expect(signal.aborted).toBe(false)
  timer.ring()
  expect(signal.aborted).toBe(true)
})

test('a deadline passes after twelve turns, however late they end', () => {
  const timer = createTimer()
  const signal = listeningDeadline(timer, 2_000)
  for (let turn = 0; turn < 11; turn++) timer.ring(300)
  expect(signal.aborted).toBe(false)
  timer.ring(300)
  expect(signal.aborted).toBe(true)
})
