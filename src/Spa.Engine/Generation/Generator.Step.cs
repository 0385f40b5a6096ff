using Spa.Engine.Compute;
using Spa.Engine.Models;

namespace Spa.Engine.Generation;

public sealed partial class Generator
{
    private readonly int[] _ids;
    private readonly int[] _positionOf;
    private readonly int[] _lengthOf;
    private readonly LiveSequence[] _sampled;
    private readonly int[] _sampledRows;
    private readonly SamplingRow[] _sampling;
    private int _sampledCount;

    /// <summary>Takes in waiting prompts while there is room for all their responses at full length: nothing is ever evicted.</summary>
    private void Admit(PromptQueue queue)
    {
        while (queue.HasWaiting)
        {
            int[] prompt = queue.Prompts[queue.Next].Ids;
            if (prompt.Length == 0) throw new SpaException($"prompt {queue.Next + 1} has no token: give it a text, or a tokenizer that adds a BOS");
            if (prompt.Length > _longestPrompt)
                throw new SpaException($"prompt {queue.Next + 1} has {prompt.Length} tokens, memory is planned for {_longestPrompt}; shorten it or plan for longer ones");
            int promised = queue.Reading.Count * _settings.Samples + queue.Live.Count + queue.Rebuilding.Count;
            bool first = promised == 0;
            if (!first && promised + _settings.Samples > _limits.LiveSequences) return;
            if (_pool.Free - Promised(queue) < PagesFor(prompt.Length) + _settings.Samples * OwnPages(prompt.Length)) return;
            var sequence = new LiveSequence { Slot = _freeSlots.Pop(), Prompt = queue.Next++, Sample = -1, Pages = new int[PagesFor(prompt.Length)] };
            Extend(sequence, prompt.Length);
            queue.Reading.Add(sequence);
        }
    }

    private void Step(PromptQueue queue)
    {
        _rows.Clear();
        _sampledCount = 0;
        BeginRebuilds(queue);
        foreach (LiveSequence sequence in queue.Live)
        {
            Extend(sequence, sequence.Length + 1);
            AddRow(sequence, sequence.Ids[^1], sequence.Length + 1);
            AddSampled(queue, sequence, sequence.Sample);
        }
        int continued = queue.Live.Count, rebuilt = Rebuild(queue), read = ReadPrompts(queue), drawnBefore = continued + rebuilt;
        Compute();
        for (int i = 0; i < continued; i++) Accept(queue.Live[i], i);
        for (int i = 0; i < rebuilt; i++)
        {
            Accept(queue.Rebuilding[i], continued + i);
            queue.Live.Add(queue.Rebuilding[i]);
        }
        queue.Rebuilding.RemoveRange(0, rebuilt);
        for (int i = 0; i < read; i++)
        {
            Fork(queue, queue.Reading[0], drawnBefore + i * _settings.Samples);
            queue.Reading.RemoveAt(0);
        }
        Retire(queue);
    }

    /// <summary>
    /// Takes out the responses whose next token makes them a sequence that is rotated differently (<see cref="DecoderConfig.RotatesAlike"/>): their
    /// cached keys are of no use, all of their tokens are read again.
    /// </summary>
    private void BeginRebuilds(PromptQueue queue)
    {
        for (int i = 0; i < queue.Live.Count; i++)
        {
            LiveSequence sequence = queue.Live[i];
            if (_model.Config.RotatesAlike(sequence.Length, sequence.Length + 1)) continue;
            ReleasePages(sequence);
            (sequence.Length, sequence.PageCount, sequence.SharedPages) = (0, 0, 0);
            queue.Rebuilding.Add(sequence);
            queue.Live.RemoveAt(i--);
        }
    }

    /// <summary>Reads such responses again up to the row limit; returns how many, from the first on, are at their end.</summary>
    private int Rebuild(PromptQueue queue)
    {
        int complete = 0;
        foreach (LiveSequence sequence in queue.Rebuilding)
        {
            int[] prompt = queue.Prompts[sequence.Prompt].Ids;
            int length = prompt.Length + sequence.Ids.Count, until = Math.Min(length, sequence.Length + _stepRows - _rows.Count);
            Extend(sequence, until);
            while (sequence.Length < until) AddRow(sequence, sequence.Length < prompt.Length ? prompt[sequence.Length] : sequence.Ids[sequence.Length - prompt.Length], length);
            if (sequence.Length < length) break;
            AddSampled(queue, sequence, sequence.Sample);
            complete++;
        }
        return complete;
    }

    /// <summary>Adds prompt tokens up to the row limit; returns how many prompts are read to their end by this step.</summary>
    private int ReadPrompts(PromptQueue queue)
    {
        int complete = 0;
        foreach (LiveSequence sequence in queue.Reading)
        {
            int[] prompt = queue.Prompts[sequence.Prompt].Ids;
            int count = Math.Min(prompt.Length - sequence.Length, _stepRows - _rows.Count);
            for (int i = 0; i < count; i++) AddRow(sequence, prompt[sequence.Length], prompt.Length);
            PromptTokens += count;
            if (sequence.Length < prompt.Length) break;
            for (int i = 0; i < _settings.Samples; i++) AddSampled(queue, sequence, i);
            complete++;
        }
        return complete;
    }

    private void AddRow(LiveSequence sequence, int id, int length)
    {
        _ids[_rows.Count] = id;
        _positionOf[_rows.Count] = sequence.Length;
        _lengthOf[_rows.Count] = length;
        _rows.SetPages(sequence.Slot, sequence.Pages);
        _rows.Add(sequence.Slot, sequence.Length++);
    }

    private void AddSampled(PromptQueue queue, LiveSequence sequence, int sample)
    {
        int i = _sampledCount++;
        _sampled[i] = sequence;
        _sampledRows[i] = _rows.Count - 1;
        _sampling[i] = new SamplingRow
        {
            Temperature = (float)_settings.Temperature,
            TopK = _settings.TopK,
            TopP = (float)_settings.TopP,
            Seed = _settings.Seed,
            Prompt = queue.Prompts[sequence.Prompt].Key,
            Sample = (uint)sample,
            Token = (uint)sequence.Ids.Count,
        };
    }

    private void Compute()
    {
        ComputeBackend backend = _model.Backend;
        int rows = _rows.Count, sampled = _sampledCount;
        backend.Upload<int>(DecoderWorkspace.For(_space.Ids, rows), _ids.AsSpan(0, rows));
        _space.UploadPositions(backend, _positionOf.AsSpan(0, rows), _lengthOf.AsSpan(0, rows));
        backend.Upload<int>(DecoderWorkspace.For(_space.ResponseRows, sampled), _sampledRows.AsSpan(0, sampled));
        backend.UploadSampling(DecoderWorkspace.For(_settingRows, sampled), _sampling.AsSpan(0, sampled));
        if (sampled == rows) _continuation.Run();
        else Calls(rows, sampled);
        if (sampled == 0) return;
        _drawn.Download(backend, sampled);
        TokensDrawn += sampled;
    }

    /// <summary>The ops of a step, from the ids to the drawn tokens; everything that changes from step to step lies on the device.</summary>
    private void Calls(int rows, int sampled)
    {
        ComputeBackend backend = _model.Backend;
        float softCap = _model.Config.LogitSoftCap;
        _decoder.Forward(_packed.Tensors, _space, _cache, _rows);
        if (sampled == 0) return;
        Tensor hidden = _decoder.FinalHidden(_packed.Tensors, _space, rows, sampled), logits = DecoderWorkspace.For(_logits, sampled);
        backend.MatMul(logits, hidden, _packed.Tensors.Head, transposeB: true, bias: _packed.Tensors.HeadBias);
        Tensor alternatives = _drawn.TopIds(sampled);
        if (!alternatives.IsAbsent) backend.TopLogProbs(alternatives, _drawn.TopLogps(sampled), logits, softCap);
        backend.Sample(_drawn.Ids(sampled), _drawn.Logps(sampled), logits, DecoderWorkspace.For(_settingRows, sampled), softCap);
    }

    private void Accept(LiveSequence sequence, int row)
    {
        int id = _drawn.Id(row);
        sequence.Ids.Add(id);
        sequence.Logps.Add(_drawn.Logp(row));
        sequence.Top?.Add(_drawn.Alternatives(row));
        TokenDrawn?.Invoke(sequence.Prompt, sequence.Sample, id);
    }

    /// <summary>Turns a prompt that is read into its responses: full pages are shared, of the page in progress each gets a copy.</summary>
    private void Fork(PromptQueue queue, LiveSequence prompt, int firstRow)
    {
        int full = prompt.Length / KvCache.PageTokens;
        for (int sample = 0; sample < _settings.Samples; sample++)
        {
            var response = new LiveSequence
            {
                Slot = _freeSlots.Pop(),
                Prompt = prompt.Prompt,
                Sample = sample,
                Pages = new int[PagesFor(LongestWith(prompt.Length))],
                Length = prompt.Length,
                PageCount = prompt.PageCount,
                SharedPages = full,
                Top = _settings.TopLogProbs > 0 ? [] : null,
                StopStrings = _settings.StopStrings.Count > 0 ? new StopStringMatcher(_settings.StopStrings, _decoders!()) : null,
            };
            for (int page = 0; page < prompt.PageCount; page++) response.Pages[page] = ForkPage(prompt.Pages[page], page < full);
            queue.Live.Add(response);
            Accept(response, firstRow + sample);
        }
        Release(prompt);
    }

    private void Release(LiveSequence sequence)
    {
        ReleasePages(sequence);
        _freeSlots.Push(sequence.Slot);
    }

    private void ReleasePages(LiveSequence sequence)
    {
        foreach (int page in sequence.Pages.AsSpan(0, sequence.PageCount)) _pool.Release(page);
    }

    private int ForkPage(int page, bool full)
    {
        if (full)
        {
            _pool.Share(page);
            return page;
        }
        int copy = _pool.Take();
        _model.Backend.KvCopyPage(_cache, copy, page);
        return copy;
    }

    private void Retire(PromptQueue queue)
    {
        for (int i = queue.Live.Count - 1; i >= 0; i--)
        {
            LiveSequence sequence = queue.Live[i];
            if (EndOf(sequence, queue.Prompts[sequence.Prompt].Ids.Length) is not { } reason) continue;
            Release(sequence);
            queue.Live.RemoveAt(i);
            queue.Complete(sequence, new GeneratedResponse([.. sequence.Ids], [.. sequence.Logps], reason, sequence.Top?.ToArray()));
        }
    }

    private FinishReason? EndOf(LiveSequence sequence, int promptLength)
    {
        int last = sequence.Ids[^1];
        if (_stopTokens.Contains(last) || sequence.StopStrings?.Push(last) == true) return FinishReason.Stop;
        return sequence.Ids.Count >= _settings.MaxNewTokens || promptLength + sequence.Ids.Count >= _positions ? FinishReason.Length : null;
    }

    private void Extend(LiveSequence sequence, int length)
    {
        while (sequence.PageCount * KvCache.PageTokens < length) sequence.Pages[sequence.PageCount++] = _pool.Take();
    }

    /// <summary>Pages that sequences under way may still ask for.</summary>
    private int Promised(PromptQueue queue)
    {
        int pages = 0;
        foreach (LiveSequence sequence in queue.Live) pages += Remaining(queue, sequence);
        foreach (LiveSequence sequence in queue.Rebuilding) pages += Remaining(queue, sequence);
        foreach (LiveSequence sequence in queue.Reading) pages += _settings.Samples * OwnPages(queue.Prompts[sequence.Prompt].Ids.Length);
        return pages;
    }

    // Pages to come, with those shared with the prompt that a response will need for itself when it is rebuilt.
    private int Remaining(PromptQueue queue, LiveSequence sequence)
    {
        int prompt = queue.Prompts[sequence.Prompt].Ids.Length, unshared = _model.Config.RotatesAlike(prompt, LongestWith(prompt)) ? 0 : sequence.SharedPages;
        return sequence.Pages.Length - sequence.PageCount + unshared;
    }

    /// <summary>Pages of a response that its prompt does not share to the end.</summary>
    private int OwnPages(int prompt) =>
        PagesFor(LongestWith(prompt)) - (_model.Config.RotatesAlike(prompt, LongestWith(prompt)) ? prompt / KvCache.PageTokens : 0);

    /// <summary>Most tokens of a prompt and one response.</summary>
    private int LongestWith(int prompt) => Math.Min(_positions, prompt + _settings.MaxNewTokens);

    private static int PagesFor(int tokens) => (tokens + KvCache.PageTokens - 1) / KvCache.PageTokens;
}
