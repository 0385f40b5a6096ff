using Spa.Engine.Compute;
using Spa.Engine.Models;

namespace Spa.Engine.Generation;

/// <summary>
/// Continuous batching: every step continues all live responses by one token and reads a piece of the next prompts. A prompt is computed
/// once for all its samples, which then share its pages. Where frequencies depend on the length of the sequence (LongRoPE, dynamic NTK), a response that passes
/// such a length is read again from its first token, so that every token is drawn from what one pass over the whole sequence gives. Responses depend on model,
/// prompt, key, seed and settings, never on what else is in flight.
/// </summary>
public sealed partial class Generator : IDisposable
{
    // Prompt tokens that a step can always take in beside all live responses.
    private const int MinimumPromptRows = 64;

    private readonly Model _model;
    private readonly GeneratorLimits _limits;
    private readonly SamplingSettings _settings;
    private readonly Func<Func<int, string>>? _decoders;
    private readonly HashSet<int> _stopTokens;
    private readonly PackedModel _packed;
    private readonly Decoder _decoder;
    private readonly Arena _arena;
    private readonly DecoderWorkspace _space;
    private readonly KvCache _cache;
    private readonly Tensor _logits, _settingRows;
    private readonly DrawnTokens _drawn;
    private readonly RepeatedStep _continuation;
    private readonly PagePool _pool;
    private readonly PagedRows _rows = new();
    private readonly Stack<int> _freeSlots;
    private readonly int _longestPrompt;
    private readonly int _positions;
    private readonly int _stepRows;

    /// <param name="model">pi.</param>
    /// <param name="settings">How to draw.</param>
    /// <param name="longestPrompt">Most tokens of a prompt.</param>
    /// <param name="limits">How much at once.</param>
    /// <param name="decoders">Makes a streaming text decoder (token to newly certain text); needed for stop strings.</param>
    public Generator(Model model, SamplingSettings settings, int longestPrompt, GeneratorLimits? limits = null, Func<Func<int, string>>? decoders = null)
    {
        settings.Validate();
        if (settings.StopStrings.Count > 0 && decoders is null) throw new ArgumentException("stop strings need a text decoder");
        (_model, _settings, _decoders, _limits) = (model, settings, decoders, limits ?? new GeneratorLimits());
        if (longestPrompt >= model.Config.MaxPositions)
            throw new SpaException($"a prompt has {longestPrompt} tokens, the model's context is {model.Config.MaxPositions} with at least one new token; shorten it or "
                + "set max_prompt_length");
        if (settings.TopLogProbs > model.Config.VocabSize)
            throw new UsageException($"top_logprobs must be at most the model's {model.Config.VocabSize} tokens, found {settings.TopLogProbs}");
        _stopTokens = [.. settings.StopTokens];
        _longestPrompt = longestPrompt;
        _positions = (int)Math.Min(model.Config.MaxPositions, (long)longestPrompt + settings.MaxNewTokens);
        int pages = CachePages(), live = Math.Max(_limits.LiveSequences, settings.Samples), rows = _stepRows = Math.Max(_limits.StepRows, live + MinimumPromptRows);
        DecoderWorkspace? space = null;
        KvCache? cache = null;
        DrawnTokens? drawn = null;
        Tensor logits = default, settingRows = default;
        _arena = model.Backend.CreateArena("generation", arena =>
        {
            space = new DecoderWorkspace(model.Config, ActivationPlan.Inference, rows, live, model.ActivationType, arena, model.Adapter?.Layout);
            cache = new KvCache(model.Config.Layers, model.Config.KvHeads, model.Config.HeadDim, pages, model.ActivationType, arena);
            logits = arena.Take("logits", DType.Float32, live, model.Config.VocabSize);
            settingRows = arena.Take("sampling", DType.Int32, live, SamplingRow.Words);
            drawn = new DrawnTokens(live, settings.TopLogProbs, arena);
        });
        (_space, _cache, _logits, _settingRows, _drawn) = (space!, cache!, logits, settingRows, drawn!);
        _pool = new PagePool(pages);
        _packed = new PackedModel(model);
        _decoder = new Decoder(model.Backend, model.Config, _positions);
        _continuation = model.Backend.Repeat(_cache, _rows, rows => Calls(rows, rows));
        // A prompt and each of its responses hold a slot; a prompt's is given back when it forks.
        _freeSlots = new Stack<int>(Enumerable.Range(0, 2 * live).Reverse());
        (_ids, _positionOf, _lengthOf) = (new int[rows], new int[rows], new int[rows]);
        (_sampled, _sampledRows, _sampling) = (new LiveSequence[live], new int[live], new SamplingRow[live]);
    }

    /// <summary>Told of every token as it is drawn (prompt index, sample, id), for output that appears while it is made; null: nobody listens.</summary>
    public Action<int, int, int>? TokenDrawn { get; set; }

    /// <summary>Tokens drawn so far, and prompt tokens read.</summary>
    public long TokensDrawn { get; private set; }

    public long PromptTokens { get; private set; }

    /// <summary>The model's weights were changed: responses from now on are drawn from the new ones.</summary>
    public void Refresh() => _packed.Refresh();

    /// <summary>
    /// Draws all responses. <paramref name="done"/> gets a prompt's index and its responses when the last of them ends; the order of
    /// calls follows the prompts.
    /// </summary>
    public void Generate(IReadOnlyList<GenerationPrompt> prompts, Action<int, GeneratedResponse[]> done, CancellationToken cancel = default)
    {
        var queue = new PromptQueue(prompts, _settings.Samples, done);
        try
        {
            while (!queue.Finished)
            {
                cancel.ThrowIfCancellationRequested();
                Admit(queue);
                Step(queue);
            }
        }
        finally
        {
            // Cancelled, or stopped by an error: what was under way gives its memory back, so that the next call finds all of it.
            foreach (LiveSequence sequence in queue.Reading.Concat(queue.Live).Concat(queue.Rebuilding)) Release(sequence);
        }
    }

    /// <summary>Pages that no sequence holds; all of them between two calls.</summary>
    internal int FreePages => _pool.Free;

    public void Dispose()
    {
        _continuation.Dispose();
        _arena.Dispose();
        _packed.Dispose();
        _decoder.Dispose();
    }

    private int CachePages()
    {
        DecoderConfig c = _model.Config;
        long pageBytes = (long)c.Layers * 2 * c.KvHeads * c.HeadDim * KvCache.PageTokens * sizeof(float);
        long perSequence = (_positions + KvCache.PageTokens - 1) / KvCache.PageTokens;
        long needed = perSequence * (_settings.Samples + 1), wanted = perSequence * _limits.LiveSequences * 2;
        return (int)Math.Max(needed, Math.Min(wanted, _limits.CacheBytes / pageBytes));
    }
}
