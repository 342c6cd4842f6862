/** What a round of background work is made of. */
export interface Lanes<Row> {
  /** Whose a row is: rows of one lane wait for each other, not others for them. */
  laneOf(row: Row): string
  /** Rows of one queue are done in order. */
  queueOf(row: Row): string
  /** Queues of one lane that are worked on at a time. */
  readonly ofLaneAtOnce: number
}

/** Some of the rows that are due, in their order: of each lane in turn. */
export function shareOut<Row extends object>(
  due: readonly Row[],
  laneOf: Lanes<Row>['laneOf'],
  rowsMax: number,
): Row[] {
  const lanes = [...Map.groupBy(due, laneOf).values()]
  const turns = Array.from({ length: rowsMax }, (_, turn) => lanes.map((rows) => rows[turn]))
  return turns
    .flat()
    .filter((row) => row !== undefined)
    .slice(0, rowsMax)
}

/** The rows of one round, as they may be worked on. */
export interface Round<Row> {
  /** The next rows of one queue that may be begun now; null: there are none. */
  next(): readonly Row[] | null
  /** Says that the rows of a queue have ended. */
  end(rows: readonly Row[]): void
  /** Leaves out what has not been begun of the lane of this row. */
  skipLane(row: Row): void
}

/** Gives out rows queue by queue, and not too many queues of one lane at a time: one that hangs leaves room for others. */
export function createRound<Row>(rows: readonly Row[], lanes: Lanes<Row>): Round<Row> {
  const { laneOf, queueOf, ofLaneAtOnce } = lanes
  const waiting = [...Map.groupBy(rows, queueOf).values()]
  const running = new Map<string, number>()
  const count = (lane: string, by: number) => running.set(lane, (running.get(lane) ?? 0) + by)
  const lanesOf = (queue: readonly Row[]) => queue.slice(0, 1).map(laneOf)
  return {
    next() {
      const at = waiting.findIndex((queue) =>
        lanesOf(queue).every((lane) => (running.get(lane) ?? 0) < ofLaneAtOnce),
      )
      const [queue = null] = at < 0 ? [] : waiting.splice(at, 1)
      for (const lane of lanesOf(queue ?? [])) count(lane, 1)
      return queue
    },
    end(queue) {
      for (const lane of lanesOf(queue)) count(lane, -1)
    },
    skipLane(row) {
      const lane = laneOf(row)
      for (let at = waiting.length - 1; at >= 0; at--) {
        if (lanesOf(waiting[at] ?? []).includes(lane)) waiting.splice(at, 1)
      }
    },
  }
}

/** How a round is worked on. */
export interface Workers {
  readonly atOnce: number
  /** Whether nothing more is begun. */
  isOver(): boolean
}

/** Works on a round until it is over, and says how many rows were begun. `away`: the rest of that lane is left out. */
export async function workOff<Row>(
  round: Round<Row>,
  { atOnce, isOver }: Workers,
  work: (row: Row) => Promise<'on' | 'away'>,
): Promise<number> {
  let begun = 0
  const worker = async () => {
    for (let rows = round.next(); rows && !isOver(); rows = round.next()) {
      for (const row of rows) {
        begun += 1
        if ((await work(row)) === 'on') continue
        round.skipLane(row)
        break
      }
      round.end(rows)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return begun
}
