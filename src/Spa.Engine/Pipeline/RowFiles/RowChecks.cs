using Spa.Engine.Data;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>Whether a row's tokens fit a model, asked before anything is computed.</summary>
public static class RowChecks
{
    /// <summary>Throws if an id has no row in the model's embedding.</summary>
    /// <exception cref="SpaException">Names the row and the id.</exception>
    public static void RequireIds(ReadOnlySpan<int> ids, DecoderConfig config, RowLocation location)
    {
        foreach (int id in ids)
        {
            if (id < 0 || id >= config.VocabSize)
                throw new SpaException($"{location}: token id {id} is outside the model's vocabulary of {config.VocabSize} tokens; use the tokenizer that belongs to "
                    + "the model");
        }
    }

    /// <summary>Throws if no new token fits behind a prompt.</summary>
    /// <exception cref="SpaException">Names the row and both lengths.</exception>
    public static void RequireRoom(int prompt, DecoderConfig config, RowLocation location)
    {
        if (prompt >= config.MaxPositions)
            throw new SpaException($"{location}: the prompt has {prompt} tokens, the model's context holds {config.MaxPositions} with at least one new token; shorten "
                + "the prompt");
    }

    /// <summary>Throws if prompt and response together are longer than the model's context.</summary>
    /// <exception cref="SpaException">Names the row and both lengths.</exception>
    public static void RequireFit(int prompt, int response, DecoderConfig config, RowLocation location)
    {
        if (prompt + response > config.MaxPositions)
            throw new SpaException($"{location}: {prompt} prompt tokens and {response} response tokens are more than the model's context of {config.MaxPositions}; "
                + "shorten the row or use --max-length");
    }
}
