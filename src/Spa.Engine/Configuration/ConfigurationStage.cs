namespace Spa.Engine.Configuration;

/// <summary>The command a configuration is for; some defaults differ, as they do between TRL's trainers.</summary>
public enum ConfigurationStage
{
    Sft,
    Dpo,
    Reward,
    Rloo,

    /// <summary>The whole SPA loop.</summary>
    Run,
}
