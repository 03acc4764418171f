//! Arguments of diffoscope that change nothing here.

/// Limits that twinroot has of its own, and words about what it does not do.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Accepted and ignored")]
pub struct IgnoredArgs {
    /// Show progress: twinroot shows none here
    #[arg(long)]
    pub progress: bool,
    /// Show no progress
    #[arg(long)]
    pub no_progress: bool,
    /// Say more on standard error: twinroot says nothing there unless there is trouble
    #[arg(long)]
    pub debug: bool,
    /// Write times of the run: twinroot has none
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    pub profile: Option<String>,
    /// Leave out commands: twinroot runs none
    #[arg(long, value_name = "REGEX")]
    pub exclude_command: Vec<String>,
    /// How alike files of two names must be to be compared
    #[arg(long, value_name = "NUMBER")]
    pub fuzzy_threshold: Option<String>,
    /// How deep archives are looked into: twinroot has limits of its own
    #[arg(long, value_name = "NUMBER")]
    pub max_container_depth: Option<String>,
    /// Limit on a report
    #[arg(long, value_name = "BYTES")]
    pub max_report_size: Option<String>,
    /// Limit on a text
    #[arg(long, value_name = "BYTES")]
    pub max_text_report_size: Option<String>,
    /// Limit on a page
    #[arg(long, value_name = "BYTES")]
    pub max_page_size: Option<String>,
    /// Limit on a page of a directory
    #[arg(long, value_name = "BYTES")]
    pub max_page_size_child: Option<String>,
    /// Limit on a page of a directory, by its old name
    #[arg(long, value_name = "BYTES")]
    pub max_report_child_size: Option<String>,
    /// Limit on lines of a difference on a page
    #[arg(long, value_name = "LINES")]
    pub max_page_diff_block_lines: Option<String>,
    /// Limit on lines of a difference
    #[arg(long, value_name = "LINES")]
    pub max_diff_block_lines: Option<String>,
    /// Limit on lines of a difference on the first page
    #[arg(long, value_name = "LINES")]
    pub max_diff_block_lines_parent: Option<String>,
    /// Limit on lines of a difference that are kept
    #[arg(long, value_name = "LINES")]
    pub max_diff_block_lines_saved: Option<String>,
    /// Limit on lines that are compared
    #[arg(long, value_name = "LINES")]
    pub max_diff_input_lines: Option<String>,
    /// Have no limits
    #[arg(long)]
    pub no_default_limits: bool,
    /// How many equal lines stand around a difference
    #[arg(long, value_name = "LINES")]
    pub diff_context: Option<String>,
    /// Style sheet of a page: the page has its own
    #[arg(long, value_name = "URL")]
    pub css: Option<String>,
    /// Script of a page: the page has its own
    #[arg(long, value_name = "URL")]
    pub jquery: Option<String>,
    /// How names of tools begin: twinroot runs none
    #[arg(long, value_name = "PREFIX")]
    pub tool_prefix_binutils: Option<String>,
    /// Show details of files that are equal
    #[arg(long)]
    pub force_details: bool,
}
