using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline;

/// <summary>README.md of a model that was converted: that of its folder, which holds for it unchanged, or one that says where it comes from.</summary>
public static class ConversionCard
{
    /// <param name="bundle">What is converted.</param>
    /// <param name="merged">Its adapter was added to its base.</param>
    /// <param name="version">Version of this program.</param>
    /// <returns>The card by its file name.</returns>
    public static IReadOnlyDictionary<string, string> Of(ModelBundle bundle, bool merged, string version)
    {
        string own = Path.Combine(bundle.Path, "README.md");
        return new Dictionary<string, string> { ["README.md"] = !merged && File.Exists(own) ? File.ReadAllText(own) : Render(bundle, merged, version) };
    }

    private static string Render(ModelBundle bundle, bool merged, string version)
    {
        BaseCard card = BaseCard.Of(bundle);
        return ModelCardWriter.Render(new ModelCard
        {
            Name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(bundle.Path)),
            BaseModel = card.Name,
            License = card.License,
            LicenseName = card.LicenseName,
            LicenseLink = card.LicenseLink,
            Languages = card.Languages,
            Method = merged ? ModelCardMethod.Merged : ModelCardMethod.Converted,
            IsAdapter = bundle.IsAdapter && !merged,
            EngineVersion = version,
        });
    }
}
