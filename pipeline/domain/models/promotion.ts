/** Whether a new model may take over from the active one. */
export interface Verdict {
  readonly yes: boolean;
  /** In a line for a person. */
  readonly why: string;
}
