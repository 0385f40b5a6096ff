namespace Spa.Engine.Reporting;

/// <summary>The README.md of a model folder: what the model is, how it was made, what was measured, what it is not good for.</summary>
public sealed record ModelCard
{
    /// <summary>Name of the model, the heading.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The model it was trained from: an <c>owner/name</c> of the Hugging Face hub, or a local path, of which only the last part is
    /// printed.
    /// </summary>
    public required string BaseModel { get; init; }

    /// <summary>
    /// The base model's licence as its own card names it (<c>apache-2.0</c>); empty when unknown, which the card then says.
    /// </summary>
    public string License { get; init; } = "";

    /// <summary>Name of a licence that is <c>other</c>.</summary>
    public string LicenseName { get; init; } = "";

    /// <summary>Where the text of such a licence stands.</summary>
    public string LicenseLink { get; init; } = "";

    /// <summary>Language codes the base model's card names.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>How it was trained.</summary>
    public ModelCardMethod Method { get; init; } = ModelCardMethod.Spa;

    /// <summary>The folder is a PEFT adapter and not a whole model.</summary>
    public bool IsAdapter { get; init; }

    /// <summary>Tags beyond those of the method.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>How it was trained: stages, data, settings, as name and value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Training { get; init; } = [];

    /// <summary>What was measured.</summary>
    public ReportTable? Results { get; init; }

    /// <summary>Limits special to this run; the general ones are always printed.</summary>
    public IReadOnlyList<string> Limits { get; init; } = [];

    /// <summary>Version of this program.</summary>
    public string EngineVersion { get; init; } = "";
}
