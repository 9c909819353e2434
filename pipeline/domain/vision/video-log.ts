/**
 * Keeps FFmpeg quiet: it writes a line per damaged macroblock to stderr, where the JSON logs go. What it would
 * say is in the errors and in the summary of the decoding instead. Imported for this alone.
 */
import { AV_LOG_FATAL } from 'node-av/constants';
import { Log } from 'node-av/lib';

Log.setLevel(AV_LOG_FATAL);
