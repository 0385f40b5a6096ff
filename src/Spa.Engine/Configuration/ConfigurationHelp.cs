using System.Globalization;
using System.Text;

namespace Spa.Engine.Configuration;

/// <summary>The table of keys for readers: the text of <c>--help</c> and docs/configuration.md.</summary>
public static class ConfigurationHelp
{
    /// <summary>One line a key: name, default, what it takes, what it does.</summary>
    public static string Text(ConfigurationStage stage)
    {
        StringBuilder text = new();
        int width = ConfigurationKeys.All.Max(key => key.Path.Length);
        foreach (ConfigurationKey key in ConfigurationKeys.All)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"  {key.Path.PadRight(width)}  {key.Description} [{ConfigurationValues.Expected(key, stage)}; default {key.DefaultOf(stage)}]\n");
        }

        return text.ToString();
    }

    /// <summary>The page docs/configuration.md, made from the table.</summary>
    public static string Markdown()
    {
        StringBuilder page = new(
            """
            # Configuration

            <!-- Made from src/Spa.Engine/Configuration by the tests; run them with SPA_UPDATE_DOCS=1 to write it again. -->

            A configuration is YAML (or JSON). `--set a.b=value` overrides a key. Names and defaults are TRL's where TRL has the thing, so a file for
            `trl dpo` works with `spa dpo`. An unknown key is an error. A list also takes one bare value. `preset:` fills in what is not written.


            """);
        foreach (IGrouping<string, ConfigurationKey> section in ConfigurationKeys.All.GroupBy(key => key.Section))
        {
            page.Append(section.Key.Length == 0 ? "## Keys\n\n" : $"## Under `{section.Key}:`\n\n");
            page.Append("| key | takes | default | what it does | source |\n|---|---|---|---|---|\n");
            foreach (ConfigurationKey key in section) page.Append(Row(key));
            page.Append('\n');
        }

        page.Append("## Keys of TRL and transformers without a counterpart\n\n");
        page.Append("They give a notice, or an error where ignoring them would change the result; the neutral value passes in silence.\n\n");
        page.Append("| key | | neutral | otherwise |\n|---|---|---|---|\n");
        foreach (ForeignKey key in ForeignKeys.All.Values.OrderBy(key => key.Name, StringComparer.Ordinal))
        {
            string neutral = key.Neutral is null ? "" : $"`{key.Neutral}`";
            page.Append(CultureInfo.InvariantCulture,
                $"| `{key.Name}` | {key.Reason} | {neutral} | {(key.ChangesResult ? "error" : "notice")}{(key.Removed ? ", removed upstream" : "")} |\n");
        }

        return page.ToString();
    }

    private static string Row(ConfigurationKey key)
    {
        StringBuilder takes = new(ConfigurationValues.Expected(key, ConfigurationStage.Dpo));
        foreach ((ConfigurationStage stage, string[] choices) in key.StageChoices)
            takes.Append(CultureInfo.InvariantCulture, $"; {Name(stage)}: {string.Join(", ", choices)}");
        StringBuilder fallback = new($"`{key.Default}`");
        foreach ((ConfigurationStage stage, string other) in key.StageDefaults) fallback.Append(CultureInfo.InvariantCulture, $"; {Name(stage)}: `{other}`");
        string required = key.RequiredBy.Count == 0 ? "" : $" Required by {string.Join(", ", key.RequiredBy.Select(Name))}.";
        return $"| `{key.Name}` | {takes} | {fallback} | {key.Description}{required} | {key.Source} |\n";
    }

    private static string Name(ConfigurationStage stage) => $"`spa {stage.ToString().ToLowerInvariant()}`";
}
