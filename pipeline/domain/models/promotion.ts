/** Whether a new model may take over from the active one. */
export interface PromotionDecision {
  readonly yes: boolean;
  /** In a line for a person. */
  readonly why: string;
}
