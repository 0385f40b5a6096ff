using Spa.Engine.Compute;
using Spa.Engine.Pipeline.Demo;

namespace Spa.Engine.Pipeline.Judges;

/// <summary>Makes judges from their settings.</summary>
public static class JudgeFactory
{
    /// <summary>Any judge but the implicit one, which needs the models of the work at hand.</summary>
    /// <param name="settings">Checked.</param>
    /// <param name="backend">Where a local judge computes.</param>
    /// <param name="matrixType">How its weights are kept.</param>
    /// <param name="compareEmpty">Whether empty responses are compared as well.</param>
    /// <exception cref="SpaException">A model, prompt, label file or service cannot be used.</exception>
    public static IResponseJudge Create(JudgeSettings settings, ComputeBackend backend, DType matrixType, bool compareEmpty = false) => settings.Kind switch
    {
        JudgeKind.Llm => new PairwiseJudge(Llm(settings, backend, matrixType), settings.Orders, compareEmpty),
        JudgeKind.Endpoint => new PairwiseJudge(new ChatComparer(new EndpointChat(settings.Endpoint!), settings.ReadPrompt()), settings.Orders, compareEmpty),
        JudgeKind.Gold when settings.Labels is { } labels => new GoldJudge(new GoldLabels(labels)),
        JudgeKind.Gold when settings.Rule == DemoGoldJudge.RuleName => new DemoGoldJudge(),
        JudgeKind.Gold => new ProgramJudge(settings.Program, settings.ProgramTimeout),
        JudgeKind.RewardModel => Reward(settings, backend, matrixType),
        JudgeKind.Random => new RandomJudge(settings.Seed),
        _ => throw new ArgumentException("the implicit judge needs models", nameof(settings)),
    };

    /// <summary>A model that writes judgements: the local one or the service of the settings.</summary>
    /// <param name="settings">Checked.</param>
    /// <param name="backend">Where a local model computes.</param>
    /// <param name="matrixType">How its weights are kept.</param>
    /// <param name="tokenizer">Another tokenizer than a local model's, or null.</param>
    public static IChatModel Chat(JudgeSettings settings, ComputeBackend backend, DType matrixType, string? tokenizer = null)
    {
        if (settings.Kind == JudgeKind.Endpoint) return new EndpointChat(settings.Endpoint!);
        using ModelBundle bundle = Open(settings, tokenizer);
        return new LocalChat(NameOf(bundle.Path), bundle.Load(backend, matrixType), bundle.Tokenizer, settings.Seed, ownsModel: true);
    }

    /// <summary>The last part of a model's path.</summary>
    public static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    private static RewardJudge Reward(JudgeSettings settings, ComputeBackend backend, DType matrixType)
    {
        ModelBundle bundle = RewardJudge.Open(settings.Model!);
        try
        {
            return new RewardJudge(bundle, bundle.Load(backend, matrixType));
        }
        catch
        {
            bundle.Dispose();
            throw;
        }
    }

    private static LlmComparer Llm(JudgeSettings settings, ComputeBackend backend, DType matrixType)
    {
        using ModelBundle bundle = Open(settings);
        return new LlmComparer($"llm:{NameOf(bundle.Path)}", bundle.Load(backend, matrixType), bundle.Tokenizer, settings.ReadPrompt(), ownsModel: true);
    }

    private static ModelBundle Open(JudgeSettings settings, string? tokenizer = null) =>
        ModelBundle.Open(settings.Model ?? throw new UsageException("the llm judge needs a model: a Hugging Face folder or a .gguf file"), tokenizer, settings.BaseModel);
}
