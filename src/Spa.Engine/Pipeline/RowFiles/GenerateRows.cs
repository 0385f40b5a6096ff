using System.Diagnostics;
using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Generation;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary><c>spa generate</c> for a file: every row gets <c>responses</c>. A prompt's randomness is keyed by its row, so a resumed file has the same bits.</summary>
public static class GenerateRows
{
    private const string Phase = "generate";

    /// <summary>Draws the responses of all rows that <paramref name="sink"/> does not have yet, in order.</summary>
    /// <exception cref="SpaException">The output cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Asked to stop; the rows so far are kept.</exception>
    public static void Run(ModelBundle bundle, Model model, PromptFile prompts, SamplingSettings settings, RowSink sink, RunLog log, CancellationToken cancel)
    {
        int first = checked((int)sink.Done), total = prompts.Prompts.Count;
        if (first > 0) log.Notice($"{Phase}: continues behind {first} of {total} prompts");
        if (first < total)
        {
            using Generator generator = new(model, settings, prompts.Longest, decoders: StreamOf(bundle));
            using IEnumerator<PromptRow> rows = prompts.Rows(first).GetEnumerator();
            Tell tell = new(generator, log, total) { Done = first };
            generator.TokenDrawn = (_, _, _) => tell.Sometimes();
            generator.Generate([.. Enumerable.Range(first, total - first).Select(i => new GenerationPrompt(prompts.Prompts[i], (uint)i))], (i, responses) =>
            {
                if (!rows.MoveNext()) throw new SpaException($"{prompts.Path}: the file became shorter while it was read");
                sink.Write(Row(rows.Current.Source, responses, bundle));
                tell.Done = first + i + 1;
                tell.Now();
            }, cancel);
        }

        sink.Commit();
    }

    /// <summary>The row with its responses.</summary>
    public static JsonObject Row(JsonObject source, IEnumerable<GeneratedResponse> responses, ModelBundle bundle)
    {
        JsonObject row = (JsonObject)source.DeepClone();
        ModelTokenizer? tokenizer = bundle.HasTokenizer ? bundle.Tokenizer : null;
        row["responses"] = new JsonArray([.. responses.Select(response => ResponseJson.Of(response, tokenizer))]);
        return row;
    }

    /// <summary>Makes decoders that find stop strings; null where the model has no tokenizer.</summary>
    public static Func<Func<int, string>>? StreamOf(ModelBundle bundle) => bundle.HasTokenizer
        ? () => bundle.Tokenizer.Tokenizer.CreateStream(skipSpecialTokens: true).Push
        : null;

    /// <summary>Progress while many responses grow at once and none is done yet.</summary>
    private sealed class Tell(Generator generator, RunLog log, int total)
    {
        private const long IntervalMilliseconds = 100;

        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private long _last = -IntervalMilliseconds;

        public int Done { get; set; }

        /// <summary>After a token: now and then.</summary>
        public void Sometimes()
        {
            if (_watch.ElapsedMilliseconds - _last >= IntervalMilliseconds) Now();
        }

        public void Now()
        {
            _last = _watch.ElapsedMilliseconds;
            log.Progress(Phase, Done, total, "prompts", $"{generator.TokensDrawn / Math.Max(1e-3, _watch.Elapsed.TotalSeconds):F0} tokens/s");
        }
    }
}
