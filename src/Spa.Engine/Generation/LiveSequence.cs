namespace Spa.Engine.Generation;

/// <summary>A prompt being read, or one of its responses being continued.</summary>
internal sealed class LiveSequence
{
    /// <summary>Row in the page tables of <see cref="Compute.PagedRows"/>.</summary>
    public required int Slot { get; init; }

    /// <summary>Index into the caller's prompts.</summary>
    public required int Prompt { get; init; }

    /// <summary>Which response of the prompt; -1: the prompt itself, which forks into responses when it is read.</summary>
    public required int Sample { get; init; }

    /// <summary>Pages in order; sized for the longest this sequence may get.</summary>
    public required int[] Pages { get; init; }

    /// <summary>Pages in use.</summary>
    public int PageCount { get; set; }

    /// <summary>Of these, full pages of the prompt that its other responses hold too.</summary>
    public int SharedPages { get; set; }

    /// <summary>Tokens whose keys and values are in the cache.</summary>
    public int Length { get; set; }

    /// <summary>Drawn tokens.</summary>
    public List<int> Ids { get; } = [];

    public List<float> Logps { get; } = [];

    public List<TokenAlternative[]>? Top { get; init; }

    /// <summary>Looks for stop strings; null without them.</summary>
    public StopStringMatcher? StopStrings { get; init; }
}
