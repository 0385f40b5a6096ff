namespace Spa.Engine.Generation;

/// <summary>Prompts that wait, the responses of those that are under way, and delivery in order.</summary>
internal sealed class PromptQueue(IReadOnlyList<GenerationPrompt> prompts, int samples, Action<int, GeneratedResponse[]> done)
{
    private readonly Dictionary<int, GeneratedResponse?[]> _open = [];
    private int _delivered;

    /// <summary>Responses being drawn.</summary>
    public List<LiveSequence> Live { get; } = [];

    /// <summary>Responses whose cache is being made again, oldest first.</summary>
    public List<LiveSequence> Rebuilding { get; } = [];

    /// <summary>Prompts being read, oldest first.</summary>
    public List<LiveSequence> Reading { get; } = [];

    /// <summary>Next prompt to admit.</summary>
    public int Next { get; set; }

    public IReadOnlyList<GenerationPrompt> Prompts => prompts;

    public bool HasWaiting => Next < prompts.Count;

    public bool Finished => _delivered == prompts.Count;

    public void Complete(LiveSequence sequence, GeneratedResponse response)
    {
        if (!_open.TryGetValue(sequence.Prompt, out GeneratedResponse?[]? responses)) _open[sequence.Prompt] = responses = new GeneratedResponse?[samples];
        responses[sequence.Sample] = response;
        while (_open.TryGetValue(_delivered, out responses) && Array.TrueForAll(responses, r => r is not null))
        {
            _open.Remove(_delivered);
            done(_delivered++, responses!);
        }
    }
}
