/** The parts of paths, from the contract, since the table of operations has them too. */
export { BookingPath, EventPath, HoldPath, Nothing } from '@holdfast/contract'
